/** The public catalog's two pages. */
import { faceRouter } from '../face/router.js';
import { CatalogFrame } from './CatalogFrame.js';

export const router = faceRouter({
  basepath: '/console/catalog',
  frame: CatalogFrame,
  home: 'the catalog',
  pages: {
    '/': () => import('./CatalogPage.js'),
    '/$name': () => import('./CatalogEntryPage.js'),
  },
});
