/** What every scenario is given. */
import type { Generator } from '../load/generator.js';
import type { Receiver } from '../load/receiver.js';
import type { Installation, InstallationOptions } from './installation.js';
import type { Section } from '../report/section.js';
import type { Services } from './services.js';

export interface Bench {
  services: Services;
  receiver: Receiver;
  generator: Generator;
  /** The form for CI: less of everything. */
  short: boolean;
  say(text: string): void;
  /** With an installation of its own, which is closed whatever happens; generator and receiver begin empty. */
  withInstallation<T>(
    options: InstallationOptions,
    work: (installation: Installation) => Promise<T>,
  ): Promise<T>;
}

export interface Scenario {
  name: string;
  about: string;
  run(bench: Bench): Promise<Section>;
}
