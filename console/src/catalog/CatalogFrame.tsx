/** A head with the host's name, and the page beneath it: a reader has nowhere else to go. */
import { Link, Outlet } from '@tanstack/react-router';
import { Mark } from '../brand/Mark.js';
import { SchemeSwitch } from '../face/SchemeSwitch.js';
import { useFocusOnNewPage } from '../face/useFocusOnNewPage.js';
import { useBrand } from './brand.js';

export function CatalogFrame() {
  const { name, logoUrl } = useBrand();
  useFocusOnNewPage();
  return (
    <>
      <a href="#main" className="skip-link">
        Skip to the page
      </a>
      <header className="public-head">
        <Link to={'/'} className="side-brand">
          {logoUrl ? <img src={logoUrl} alt="" /> : name ? null : <Mark />}
          <span className="truncate">{name ?? 'Webhooks'}</span>
          <span className="dim">event catalog</span>
        </Link>
        <SchemeSwitch />
      </header>
      <main id="main" className="main" tabIndex={-1}>
        <Outlet />
      </main>
    </>
  );
}
