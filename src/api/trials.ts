/** Trying out what an endpoint is to be set to, without an endpoint. */
import { FiltersController } from './filters/filters.controller.js';

export const trialControllers = [FiltersController];
