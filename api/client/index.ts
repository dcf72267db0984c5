import createFetchClient, { type Client, type ClientOptions } from "openapi-fetch";
import type { paths } from "./schema";

export type * from "./schema";

export interface Credentials {
  /** Value of the header X-API-Key: one of the service's API_KEYS. Keep it on a server. */
  apiKey: string;
  /** The coach's Supabase Auth access token. */
  token: string;
}

/** Creates a client that sends each request as one coach. `baseUrl` is the service's URL without a path. */
export function createClient(baseUrl: string, credentials: Credentials, options: ClientOptions = {}): Client<paths> {
  const headers = { "X-API-Key": credentials.apiKey, Authorization: `Bearer ${credentials.token}` };
  return createFetchClient<paths>({ ...options, baseUrl, headers });
}
