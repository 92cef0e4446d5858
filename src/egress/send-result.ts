/**
 * What goes into `send` and what comes out. An endpoint's misbehaviour is a value, never an exception: the dispatcher
 * turns it into an outcome, the attempt log stores it as it is.
 */
import { type EgressErrorCode } from '../model/error-code.js';
import { type TlsIdentity } from './tls-identity.js';

export interface PreparedRequest {
  url: string;
  method: 'POST' | 'PUT';
  /** A flat list (name, value, name, value) is the cheaper form. */
  headers: Record<string, string> | string[];
  body: string | Buffer;
  /** For everything: name, connection, TLS, waiting, answer. */
  timeoutMs: number;
  tls?: TlsIdentity;
}

export type SendResult =
  | {
      /** A final status line and its headers arrived, whatever became of the body. */
      kind: 'response';
      statusCode: number;
      /** Names in lower case, at most 100 of them, 16 KiB in all. */
      headers: Record<string, string | string[]>;
      /** The first bytes as they came: never decompressed, perhaps not text. */
      body: Buffer;
      bodyTruncated: boolean;
      /** Why the body is not whole. */
      bodyCut: BodyCut | null;
      timings: AttemptTimings;
      /** The address that was judged and connected to; null when it never came to that. */
      remoteAddress: string | null;
    }
  | {
      kind: 'error';
      code: EgressErrorCode;
      /** For people; names the bound or the address range that was met. Holds no header values and no payload. */
      message: string;
      timings: AttemptTimings;
      remoteAddress: string | null;
      /** A status line always makes a `response`; these stand here so that a record is written without narrowing. */
      statusCode?: undefined;
      headers?: undefined;
      body?: undefined;
      bodyTruncated?: undefined;
      bodyCut?: undefined;
    };

/** `size`: longer than is kept; `time`: it did not end in time; `connection`: it broke off or was malformed. */
export type BodyCut = 'size' | 'time' | 'connection';

/** Whole milliseconds. The parts of opening a connection are absent when one was reused. */
export interface AttemptTimings {
  totalMs: number;
  /** Getting an access token, or waiting for one; written by the dispatcher. */
  tokenMs?: number;
  dnsMs?: number;
  connectMs?: number;
  tlsMs?: number;
  /** From the start of the attempt until its headers were complete. */
  firstByteMs?: number;
}
