// The mode `mission`: `/authorize` and `/oauth/token`, 302, `audience` on both legs, `expiry` in place of `expires_in`,
// and no `iss` in a redirect, as from a server that does not know RFC 9207.

import { errors } from 'oidc-provider';

const AUDIENCE = 'https://api.loomai.com/';

export const configuration = {
  routes: { authorization: '/authorize', token: '/oauth/token' },
  extraParams: {
    audience: (ctx, audience) => requireKnown(audience),
  },
  extraTokenClaims(ctx) {
    if (ctx.oidc.params.grant_type === 'authorization_code') {
      requireKnown(ctx.oidc.body.audience);
    }
  },
};

function requireKnown(audience) {
  if (audience !== AUDIENCE) {
    throw new errors.InvalidTarget('unknown audience');
  }
}

export async function wireShape(ctx, next) {
  await next();
  if (ctx.status === 303) {
    ctx.status = 302;
    ctx.set('location', withoutIss(ctx.response.get('location')));
  }
  if (ctx.path === '/oauth/token' && ctx.status === 200) {
    const { expires_in: expiry, ...rest } = ctx.body;
    ctx.body = { ...rest, expiry };
  }
  if (ctx.path.startsWith('/.well-known/')) {
    delete ctx.body.authorization_response_iss_parameter_supported;
  }
}

function withoutIss(location) {
  return location.replace(/([?&])iss=[^&]*&?/, '$1').replace(/[?&]$/, '');
}
