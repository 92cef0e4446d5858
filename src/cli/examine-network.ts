/**
 * Whether a delivery could leave: one request by the same way that deliveries take (name servers, address policy, proxy,
 * TLS). Any answer at all, an error page included, shows that the way is open.
 */
import { withProfileDefaults, type Config } from '../config.js';
import { AddressPolicy } from '../egress/address-policy.js';
import { Egress } from '../egress/egress.js';
import { attemptErrors } from '../model/error-code.js';
import { USER_AGENT } from '../version.js';
import { well, warning, type Finding } from './check.js';

export async function examineNetwork(config: Config, url: string): Promise<Finding[]> {
  const settings = withProfileDefaults(config);
  const egress = new Egress({
    addressPolicy: new AddressPolicy({
      allowedSubnets: settings.egressAllowedSubnets,
      deniedSubnets: settings.egressDeniedSubnets,
    }),
    allowHttp: settings.egressAllowHttp,
    ...(settings.egressProxyUrl !== undefined && { proxyUrl: settings.egressProxyUrl }),
    connectionAgeMsMax: 10_000,
    idleOriginMs: 1_000,
    connectionsPerOriginMax: 1,
    responseBodyBytesMax: 1_024,
    dnsTimeoutMs: 3_000,
    connectTimeoutMs: 5_000,
  });
  try {
    const result = await egress.send({
      url,
      method: 'POST',
      headers: { 'content-type': 'application/json', 'user-agent': USER_AGENT },
      body: '{"type":"posthorn.doctor"}',
      timeoutMs: 10_000,
    });
    if (result.kind === 'response')
      return [well(`It answered ${result.statusCode} from ${result.remoteAddress}`)];
    return [
      warning(
        `${result.code}: ${result.message}`,
        `${attemptErrors[result.code].sentence} Deliveries to such an endpoint will fail; try another with --url.`,
      ),
    ];
  } finally {
    await egress.close();
  }
}
