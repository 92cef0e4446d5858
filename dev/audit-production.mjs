/**
 * `npm audit` of what reaches production, for CI: fails on any advisory. A registry's mirror that answers no audits is no
 * failure, and is said plainly: then nothing was looked up.
 */
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' });
const { metadata, vulnerabilities = {}, error, message } = JSON.parse(stdout || '{}');
if (metadata?.vulnerabilities === undefined) {
  const [reason] = String(error?.summary || message || 'no answer').split(' - ');
  console.log(`NOT AUDITED, the registry answers no audits: ${reason}`);
  process.exit(0);
}
const { total } = metadata.vulnerabilities;
for (const { name, severity, range } of Object.values(vulnerabilities))
  console.log(`${severity}: ${name} ${range}`);
console.log(`${total} advisories`);
process.exit(total > 0 ? 1 : 0);
