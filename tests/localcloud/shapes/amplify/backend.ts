import { defineBackend } from '@aws-amplify/backend';
import { auth } from './auth/resource.js';
import { data } from './data/resource.js';
import { storage, second } from './storage/resource.js';
import { hello } from './functions/hello/resource.js';
import { onup } from './functions/onup/resource.js';
import { trig } from './functions/trig/resource.js';
import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as apigateway from 'aws-cdk-lib/aws-apigateway';
import * as httpApi from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as events from 'aws-cdk-lib/aws-events';
import * as kinesis from 'aws-cdk-lib/aws-kinesis';
import { StartingPosition } from 'aws-cdk-lib/aws-lambda';
import { DynamoEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as s3deploy from 'aws-cdk-lib/aws-s3-deployment';
import { SqsDestination } from 'aws-cdk-lib/aws-s3-notifications';
import * as sns from 'aws-cdk-lib/aws-sns';
import { SqsSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import * as sqs from 'aws-cdk-lib/aws-sqs';

const backend = defineBackend({ auth, data, storage, second, hello, onup, trig });
const stack = backend.createStack('custom');
const queue = new sqs.Queue(stack, 'Queue', {
  deadLetterQueue: { queue: new sqs.Queue(stack, 'Dead'), maxReceiveCount: 3 },
});
new sns.Topic(stack, 'Topic').addSubscription(new SqsSubscription(queue));
const fn = backend.hello.resources.lambda;
const rest = new apigateway.RestApi(stack, 'Rest', {
  defaultCorsPreflightOptions: { allowOrigins: apigateway.Cors.ALL_ORIGINS },
});
rest.root
  .addResource('items')
  .addMethod('GET', new apigateway.LambdaIntegration(fn), {
    authorizationType: apigateway.AuthorizationType.IAM,
  });
const http = new httpApi.HttpApi(stack, 'Http', {
  corsPreflight: { allowOrigins: ['*'], allowMethods: [httpApi.CorsHttpMethod.ANY] },
});
http.addRoutes({ path: '/x', integration: new HttpLambdaIntegration('Integration', fn) });
const site = new s3.Bucket(stack, 'Site', {
  removalPolicy: RemovalPolicy.DESTROY,
  autoDeleteObjects: true,
});
new s3deploy.BucketDeployment(stack, 'Deployment', {
  sources: [s3deploy.Source.jsonData('config.json', { queue: queue.queueUrl, n: 1 })],
  destinationBucket: site,
  destinationKeyPrefix: 'web',
  cacheControl: [s3deploy.CacheControl.maxAge(Duration.hours(1))],
});
site.addEventNotification(s3.EventType.OBJECT_CREATED, new SqsDestination(queue), {
  prefix: 'in/',
});
new dynamodb.Table(stack, 'Table', {
  partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
  removalPolicy: RemovalPolicy.DESTROY,
});
new events.EventBus(stack, 'Bus');
new kinesis.Stream(stack, 'Stream');
const post = backend.data.resources.cfnResources.amplifyDynamoDbTables['Post'];
post.pointInTimeRecoveryEnabled = true;
post.timeToLiveAttribute = { attributeName: 'ttl', enabled: true };
backend.onup.resources.lambda.addEventSource(
  new DynamoEventSource(backend.data.resources.tables['Post'], {
    startingPosition: StartingPosition.LATEST,
  }),
);
backend.addOutput({ custom: { rest: rest.url, http: http.url } });
