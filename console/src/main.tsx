/** One page, three faces: which one it is, the path says. Each is loaded only where it is shown. */
import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { Chrome } from './brand/Chrome.js';
import { reloadForNewBuild } from './face/new-build.js';
import { Loading } from './kit/States.js';

const [, face] = /^\/console\/(portal|catalog)(?:\/|$)/.exec(window.location.pathname) ?? [];
const Face =
  face === 'portal'
    ? lazy(() => import('./portal/Portal.js'))
    : face === 'catalog'
      ? lazy(() => import('./catalog/Catalog.js'))
      : lazy(() => import('./staff/Staff.js'));

window.addEventListener('vite:preloadError', () => void reloadForNewBuild());

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <Chrome>
      <Suspense fallback={<Loading />}>
        <Face />
      </Suspense>
    </Chrome>
  </StrictMode>,
);
