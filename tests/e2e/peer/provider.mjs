// A certified OpenID provider on loopback, for the tests. Nothing here is for production.
//
// node provider.mjs PORT KID        the keys are new at every start: a restart is a rotation
// Logins need no person: whoever `login_hint` names is logged in and consents to everything.
import { generateKeyPairSync } from 'node:crypto';
import { errors, interactionPolicy, Provider } from 'oidc-provider';

const [port, kid] = [Number(process.argv[2]), process.argv[3]];
const issuer = `http://127.0.0.1:${port}`;
const jwk = { ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), kid, use: 'sig', alg: 'RS256' };
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';

const resource = (audience, scope) => ({
  audience, scope, accessTokenFormat: 'jwt', accessTokenTTL: 10, jwt: { sign: { alg: 'RS256' } },
});
const SCOPES = 'read write';

const provider = new Provider(issuer, {
  jwks: { keys: [jwk] },
  clients: [
    {
      client_id: 'app', client_secret: 'app-secret-app-secret-app-secret-32',
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials', EXCHANGE],
      redirect_uris: ['http://127.0.0.1:1/cb'], response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_basic', application_type: 'native',
    },
  ],
  scopes: ['openid', 'offline_access', 'read', 'write'],
  claims: { openid: ['sub'] },
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  ttl: { AccessToken: 10, ClientCredentials: 10, Grant: 3600, RefreshToken: 3600, Session: 3600, Interaction: 60 },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true, allowedPolicy: () => true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => 'https://pipelines.example',
      getResourceServerInfo: (_ctx, indicator) => resource(indicator, SCOPES),
      useGrantedResource: () => true,
    },
  },
  extraTokenClaims: (_ctx, token) => ({
    org_id: 'acme', roles: ['agent'],
    ...(token.extra?.act ? { act: token.extra.act } : {}),
  }),
  findAccount: (_ctx, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
  interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
});

// RFC 8693, as far as the tests go: the subject's own access token for one of another audience
provider.registerGrantType(EXCHANGE, async (ctx) => {
  const { client, params } = ctx.oidc;
  const subject = await provider.AccessToken.find(params.subject_token).catch(() => undefined);
  const claims = subject ?? JSON.parse(Buffer.from(String(params.subject_token).split('.')[1] ?? 'e30', 'base64url'));
  if (!claims.sub && !claims.accountId) throw new errors.InvalidGrant('subject_token is unknown');
  const asked = (params.scope ?? '').split(' ').filter(Boolean);
  const token = new provider.AccessToken({
    client, accountId: claims.accountId ?? claims.sub, aud: params.audience, gty: 'exchange',
    grantId: claims.grantId, scope: asked.join(' ') || undefined,
    extra: { act: { sub: client.clientId } },
  });
  token.resourceServer = new provider.ResourceServer(params.audience, resource(params.audience, SCOPES));
  token.scope = asked.join(' ') || undefined;
  ctx.body = {
    access_token: await token.save(), expires_in: token.expiration, token_type: 'Bearer',
    issued_token_type: 'urn:ietf:params:oauth:token-type:access_token', scope: token.scope,
  };
}, ['subject_token', 'subject_token_type', 'audience', 'scope', 'requested_token_type']);

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith('/interaction/')) return next();
  const details = await provider.interactionDetails(ctx.req, ctx.res);
  if (details.prompt.name === 'login') {
    return provider.interactionFinished(ctx.req, ctx.res, { login: { accountId: details.params.login_hint } });
  }
  const grant = new provider.Grant({ accountId: details.session.accountId, clientId: details.params.client_id });
  grant.addOIDCScope('openid offline_access read write');
  grant.addResourceScope('https://pipelines.example', SCOPES);
  return provider.interactionFinished(ctx.req, ctx.res, { consent: { grantId: await grant.save() } });
});

provider.listen(port, '127.0.0.1', () => console.log('listening'));
