// What the user sees: a page to log in and a page to consent, both plain forms.

import { parse } from 'node:querystring';

const page = (form) => `<!DOCTYPE html><title>Interop</title><form method="post">${form}</form>`;

const FORMS = {
  login: page('<input name="username"><input type="password" name="password"><input type="submit" value="Log in">'),
  consent: page('<input type="submit" name="deny" value="Deny"><input type="submit" name="allow" value="Allow">'),
};

export function userPages(provider) {
  return async (ctx, next) => {
    if (!ctx.path.startsWith('/interaction/')) {
      return next();
    }
    const interaction = await provider.interactionDetails(ctx.req, ctx.res);
    if (ctx.method === 'GET') {
      ctx.type = 'html';
      ctx.body = FORMS[interaction.prompt.name];
      return undefined;
    }
    const result = await answer(provider, interaction, await readForm(ctx.req));
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: true }));
    return undefined;
  };
}

async function answer(provider, interaction, form) {
  if (interaction.prompt.name === 'login') {
    return { login: { accountId: form.username } };
  }
  if (!('allow' in form)) {
    return { error: 'access_denied', error_description: 'The user said no' };
  }
  const grant = new provider.Grant({
    accountId: interaction.session.accountId,
    clientId: interaction.params.client_id,
  });
  grant.addOIDCScope(interaction.params.scope);
  return { consent: { grantId: await grant.save() } };
}

async function readForm(request) {
  let body = '';
  for await (const chunk of request) {
    body += chunk;
  }
  return parse(body);
}
