/** Trying things out before they are for real: a filter without an endpoint, an endpoint without an address. */
import { FiltersController } from './filters/filters.controller.js';
import { ListenersController } from './listeners/listeners.controller.js';
import { TransformationsController } from './transformations/transformations.controller.js';

export const trialControllers = [FiltersController, ListenersController, TransformationsController];
