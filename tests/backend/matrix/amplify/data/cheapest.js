import { util } from '@aws-appsync/utils';
import * as ddb from '@aws-appsync/utils/dynamodb';

export function request(ctx) {
  if (ctx.args.limit > 100) util.error('at most 100', 'TooMany');
  return ddb.query({
    query: { maker: { eq: ctx.args.maker } },
    filter: { price: { lt: ctx.args.below } },
    limit: ctx.args.limit,
  });
}

export function response(ctx) {
  if (ctx.error) util.error(ctx.error.message, ctx.error.type);
  return ctx.result.items.map(item => item.code).sort();
}
