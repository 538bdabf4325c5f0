import { S3Client } from '@aws-sdk/client-s3';
export const handler = async (event: any) => { const c = new S3Client({}); return { msg: `${process.env.GREETING} ${event.name ?? event.arguments?.name}`, key: process.env.API_KEY, c: !!c }; };
