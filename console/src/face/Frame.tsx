/** Navigation beside the page; on a phone, behind a button. */
import { Burger } from '@mantine/core';
import { Link, Outlet } from '@tanstack/react-router';
import type { LucideIcon } from 'lucide-react';
import { useEffect, useState, type ReactNode } from 'react';
import { SchemeSwitch } from './SchemeSwitch.js';
import { useFocusOnNewPage } from './useFocusOnNewPage.js';

export interface Place {
  to: string;
  name: string;
  icon: LucideIcon;
  exact?: boolean;
}

export function Frame({ brand, places, foot }: { brand: ReactNode; places: Place[]; foot: ReactNode }) {
  const [open, setOpen] = useState(false);
  const path = useFocusOnNewPage();
  useEffect(() => setOpen(false), [path]);
  return (
    <>
      <a href="#main" className="skip-link">
        Skip to the page
      </a>
      <div className="top-bar">
        <div className="side-brand">{brand}</div>
        <Burger
          size="sm"
          opened={open}
          onClick={() => setOpen(!open)}
          aria-label={open ? 'Close menu' : 'Open menu'}
        />
      </div>
      <div className="frame">
        <div className="side" data-open={open}>
          <div className="side-brand">{brand}</div>
          <nav aria-label="Main" className="stack-nav">
            {places.map(({ to, name, icon: Icon, exact }) => (
              <Link
                key={to}
                to={to as never}
                className="side-link"
                activeOptions={{ exact: exact ?? false, includeSearch: false }}
              >
                <Icon size={16} strokeWidth={1.75} aria-hidden="true" />
                {name}
              </Link>
            ))}
          </nav>
          <div className="side-foot">
            {foot}
            <div style={{ marginTop: 10 }}>
              <SchemeSwitch fullWidth />
            </div>
          </div>
        </div>
        <main id="main" className="main" tabIndex={-1}>
          <Outlet />
        </main>
      </div>
    </>
  );
}
