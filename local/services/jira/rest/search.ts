import type { Routes } from './routes';

export const searchRoutes: Routes = {};
