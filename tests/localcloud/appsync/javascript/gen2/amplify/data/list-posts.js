import * as ddb from "@aws-appsync/utils/dynamodb";

export function request(ctx) {
  const { tag, limit = 20 } = ctx.args;
  return ddb.scan({ filter: { tags: { contains: tag } }, limit });
}

export const response = (ctx) => ctx.result.items;
