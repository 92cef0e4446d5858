/** Whose catalog it is. */
import { createContext, useContext } from 'react';
import type { PublicCatalogPage } from '../api/types.js';

export type Brand = PublicCatalogPage['brand'];

export const BrandContext = createContext<Brand>({ name: null, logoUrl: null, color: null });
export const useBrand = () => useContext(BrandContext);
