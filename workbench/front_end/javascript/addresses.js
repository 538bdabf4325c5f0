// Which addresses of AWS are this backend's own, and where the local cloud answers for them.

const PREFIX = '/_amplify_tui/aws/';
const SUFFIX = '(?:amazonaws\\.com(?:\\.cn)?|api\\.aws|on\\.aws|amazoncognito\\.com)';
const ADDRESS = new RegExp(`^\\s*https?://([a-z0-9._-]+\\.${SUFFIX})(?::443)?(?=[/?#]|\\s*$)(.*)$`, 'is');
// A host of these services begins with a name that somebody chose, or that AWS made up.
const NAMED = /^(s3.*|lambda-url|execute-api|appsync-api|appsync-realtime-api|auth)$/;
const GLOBAL = /^(?:(.+)\.)?(s3|s3-accelerate|sts|iam)(?:\.dualstack)?\.amazonaws\.com$/;

/**
 * A function that gives the local address for one of this backend's, undefined for all others.
 *
 * `backend` has the local cloud's `endpoint`, the `regions` and `names` of the backend's resources,
 * and `signIn`, the host of the hosted sign-in where that is not one of AWS's.
 */
function addressesOf({ endpoint, regions, names, signIn }) {
  const known = new Set(names);
  const regional = new RegExp(
    `^(?:(.+)\\.)?((?!dualstack\\b)[a-z0-9-]+?)(?:\\.dualstack)?[.-](?:${regions.join('|')})\\.${SUFFIX}$`,
  );

  function isOurs(host, path) {
    const [, name, service] = regional.exec(host) ?? GLOBAL.exec(host) ?? [];
    if (!service) return known.has(host);
    if (!NAMED.test(service)) return true;
    if (name || !service.startsWith('s3')) return known.has(name) || known.has(host);
    const bucket = path.split(/[/?#]/)[1];
    return !bucket || known.has(bucket);
  }

  function at(host, rest) {
    return `${endpoint}${PREFIX}${host}${rest.startsWith('/') ? '' : '/'}${rest.trimEnd()}`;
  }

  return function localAddress(address) {
    const [, host, rest] = ADDRESS.exec(address) ?? [];
    if (host) return isOurs(host.toLowerCase(), rest) ? at(host.toLowerCase(), rest) : undefined;
    if (!signIn || !address.startsWith(`https://${signIn}/`)) return undefined;
    return at(`custom.auth.${regions[0]}.amazoncognito.com`, address.slice(`https://${signIn}`.length));
  };
}
