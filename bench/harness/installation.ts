/**
 * One Posthorn to measure: a database of its own, its processes, and the tenants and endpoints of a scenario. An
 * endpoint's number is its place in the list; its URL ends with it, so that the receiver knows it.
 */
import { randomBytes } from 'node:crypto';
import { newUuid, toPublicId } from '../../src/model/id.js';
import { Sealer } from '../../src/store/sealing.js';
import { Api, inParallel } from './api.js';
import { copyEndpoint, type EndpointCopy } from './copy-endpoints.js';
import { Ledger } from './ledger.js';
import { startPosthorn, type PosthornProcess, type ProcessRole } from './posthorn-process.js';
import type { Services } from './services.js';

export type Backend = 'redis' | 'postgres';

export interface InstallationOptions {
  backend: Backend;
  roles?: ProcessRole[];
  env?: Record<string, string>;
  /** Where CPU profiles of the processes go; none are made unless it is given. */
  profileInto?: string;
}

export interface Endpoint {
  /** Without its prefix, as in the ledger. */
  uuid: string;
  id: string;
  tenant: string;
}

const ADMIN_KEY = 'the-admin-key-of-the-bench';
/** Requests at a time while the stage is set. */
const SETUP_WIDTH = 16;

let installations = 0;

export class Installation {
  readonly endpoints: Endpoint[] = [];
  readonly admin: Api;
  /** May emit, and nothing else: what a product would use. */
  emitterKey = '';
  private closing: Promise<void> | undefined;

  private constructor(
    readonly backend: Backend,
    readonly processes: PosthornProcess[],
    readonly databaseUrl: string,
    readonly ledger: Ledger,
    private readonly sealer: Sealer,
    private readonly dropDatabase: () => Promise<void>,
  ) {
    this.admin = new Api(this.port, ADMIN_KEY);
  }

  static async start(services: Services, options: InstallationOptions): Promise<Installation> {
    const database = await services.createDatabase();
    const encryptionKey = randomBytes(32);
    const env = {
      HOST: '127.0.0.1',
      DATABASE_URL: database.url,
      ...(options.backend === 'redis' && { REDIS_URL: services.redis!.url }),
      QUEUE_PREFIX: `bench${++installations}`,
      ADMIN_API_KEY: ADMIN_KEY,
      ENCRYPTION_KEY: encryptionKey.toString('base64'),
      EGRESS_ALLOWED_SUBNETS: '127.0.0.0/8',
      EGRESS_ALLOW_HTTP: 'true',
      EGRESS_ALLOWED_PORTS: 'any',
      LOG_LEVEL: 'warn',
      ...options.env,
    };
    const processes = await startAll(options, env).catch(async (error: unknown) => {
      await database.drop();
      throw error;
    });
    const ledger = await Ledger.open(database.url);
    const sealer = new Sealer([encryptionKey]);
    const installation = new Installation(options.backend, processes, database.url, ledger, sealer, () =>
      database.drop(),
    );
    const { key } = await installation.admin.post<{ key: string }>('/api-keys', {
      name: 'bench',
      role: 'emitter',
    });
    installation.emitterKey = key;
    return installation;
  }

  /** Of the process that takes events. */
  get port(): number {
    return this.processes.find((one) => one.role !== 'dispatcher')!.port;
  }

  async createTenants(count: number): Promise<string[]> {
    const tenants: string[] = [];
    await inParallel(count, SETUP_WIDTH, async (index) => {
      tenants[index] = (await this.admin.post<{ id: string }>('/tenants', { name: `Tenant ${index}` })).id;
    });
    return tenants;
  }

  /** @param origins where they are, in turn: `http://127.0.0.1:4000` */
  async createEndpoints(
    count: number,
    tenantOf: (index: number) => string,
    origins: string[],
    settings: object = {},
  ): Promise<void> {
    const first = this.endpoints.length;
    const urlOf = (number: number): string => `${origins[number % origins.length]}/${number}`;
    const { id: original } = await this.admin.post<{ id: string }>(`/tenants/${tenantOf(0)}/endpoints`, {
      url: urlOf(first),
      eventTypes: ['*'],
      ...settings,
    });
    this.endpoints[first] = { id: original, uuid: toUuid(original), tenant: tenantOf(0) };
    const copies: EndpointCopy[] = [];
    for (let index = 1; index < count; index++) {
      const number = first + index;
      const tenant = tenantOf(index);
      const uuid = newUuid(Date.now());
      copies.push({ id: uuid, tenantId: toUuid(tenant), url: urlOf(number) });
      this.endpoints[number] = { id: toPublicId('ep', uuid), uuid, tenant };
    }
    await copyEndpoint(this.ledger, this.sealer, toUuid(original), copies);
  }

  /** What a reader of the figures should know: attempts that failed, and what was logged at warn and above. */
  async troubles(): Promise<string[]> {
    const failed = await this.ledger.failedAttempts();
    const complaints = this.processes.flatMap((one) => one.complaints);
    return [
      ...failed.map(
        ({ errorCode, attempts }) => `${this.backend}: ${attempts} attempts failed: ${errorCode}`,
      ),
      ...(complaints.length > 0
        ? [`${this.backend}: ${complaints.length} lines logged at warn or above`]
        : []),
      ...complaints.slice(0, 3),
    ];
  }

  /** The end of a scenario and Ctrl-C may both ask for it. */
  close(): Promise<void> {
    return (this.closing ??= this.letGo());
  }

  private async letGo(): Promise<void> {
    await Promise.all(this.processes.map((one) => one.stop()));
    await this.ledger.close();
    await this.dropDatabase();
  }
}

/** One after the other, because the first one migrates. All or none. */
async function startAll(
  { roles = ['all'], profileInto }: InstallationOptions,
  env: Record<string, string>,
): Promise<PosthornProcess[]> {
  const processes: PosthornProcess[] = [];
  try {
    for (const role of roles) processes.push(await startPosthorn(role, env, profileInto));
    return processes;
  } catch (error) {
    await Promise.all(processes.map((one) => one.stop()));
    throw error;
  }
}

/** `ep_` and 32 hex digits → the UUID they spell. */
function toUuid(id: string): string {
  const hex = id.slice(id.indexOf('_') + 1);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
