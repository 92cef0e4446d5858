/**
 * How the text of a variable becomes a value, one function a kind. A reader throws an Error whose message completes
 * "NAME …"; it does not repeat a value that may be a secret.
 */
import { isIP } from 'node:net';
import { isPlausibleApiKey } from './model/api-key.js';

export interface Variable<T> {
  name: string;
  /** Returns the value, or throws an Error whose message completes "NAME …". `undefined`: the variable is not set. */
  read: (text: string | undefined) => T;
  /** The default in words, for the documentation. */
  fallback: string;
  about: string;
}

export function text(name: string, fallback: string, about: string): Variable<string | undefined> {
  return { name, fallback, about, read: (value) => value };
}

export function word(name: string, fallback: string, about: string): Variable<string> {
  return {
    name,
    fallback,
    about,
    read: (value = fallback) => {
      if (!/^[a-z][a-z0-9_]{0,40}$/.test(value))
        throw new Error(`must be lower-case letters, digits and _, not "${value}"`);
      return value;
    },
  };
}

/** As clouds name theirs. */
export function region(name: string, fallback: string, about: string): Variable<string> {
  return {
    name,
    fallback,
    about,
    read: (value = fallback) => {
      if (!/^[a-z0-9-]{1,40}$/.test(value))
        throw new Error(`must be lower-case letters, digits and -, not "${value}"`);
      return value;
    },
  };
}

export function integer(
  name: string,
  fallback: number,
  min: number,
  max: number,
  about: string,
): Variable<number> {
  return {
    name,
    fallback: String(fallback),
    about,
    read: (value) => {
      if (value === undefined) return fallback;
      const number = Number(value);
      if (!/^\d+$/.test(value) || number < min || number > max) {
        throw new Error(`must be a whole number from ${min} to ${max}, not "${value}"`);
      }
      return number;
    },
  };
}

/** A retention of its own kind; without it, RETENTION_DAYS holds. */
export function days(name: string, about: string): Variable<number | undefined> {
  const { read } = integer(name, 0, 1, 3_650, about);
  return {
    name,
    fallback: 'RETENTION_DAYS',
    about,
    read: (value) => (value === undefined ? undefined : read(value)),
  };
}

export function flag(name: string, about: string): Variable<boolean | undefined> {
  return {
    name,
    fallback: 'false',
    about,
    read: (value) => {
      if (value === undefined) return undefined;
      if (value === 'true' || value === '1') return true;
      if (value === 'false' || value === '0') return false;
      throw new Error(`must be true or false, not "${value}"`);
    },
  };
}

export function oneOf<T extends string>(
  name: string,
  choices: readonly T[],
  fallback: T,
  about: string,
): Variable<T> {
  return {
    name,
    fallback,
    about,
    read: (value = fallback) => {
      if (!choices.includes(value as T))
        throw new Error(`must be one of ${choices.join(', ')}, not "${value}"`);
      return value as T;
    },
  };
}

export function url(name: string, protocols: string[], about: string): Variable<string | undefined> {
  return {
    name,
    fallback: 'not set',
    about,
    read: (value) => {
      if (value === undefined) return undefined;
      // The value may hold a password: it is not repeated in the message.
      if (!URL.canParse(value)) throw new Error('is not a URL');
      if (!protocols.includes(new URL(value).protocol)) {
        throw new Error(`must begin with ${protocols.map((protocol) => `${protocol}//`).join(' or ')}`);
      }
      return value;
    },
  };
}

export function color(name: string, about: string): Variable<string | undefined> {
  return {
    name,
    fallback: 'the console’s own',
    about,
    read: (value) => {
      if (value !== undefined && !/^#[0-9a-f]{6}$/i.test(value))
        throw new Error(`must be a colour such as #0b5c7a, not "${value}"`);
      return value;
    },
  };
}

export function origins(name: string, about: string): Variable<string[]> {
  return {
    name,
    fallback: 'none',
    about,
    read: (value = '') => {
      const given = value.split(',').map((part) => part.trim());
      const misfit = given.find((part) => part !== '' && !isOrigin(part));
      if (misfit !== undefined)
        throw new Error(`must be origins such as https://app.example.com, not "${misfit}"`);
      return given.filter((part) => part !== '');
    },
  };
}

function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** A key that is given by hand, of any form; one that looks like ours must be whole, else nobody could ever sign in with it. */
export function givenApiKey(name: string, about: string): Variable<string | undefined> {
  const { read, ...rest } = secret(name, 16, about);
  return {
    ...rest,
    read: (value) => {
      if (value !== undefined && !isPlausibleApiKey(value))
        throw new Error('begins like a key of Posthorn’s but is none: a part is missing or mistyped');
      return read(value);
    },
  };
}

export function secret(
  name: string,
  lengthMin: number,
  about: string,
  fallback = 'made at first start',
): Variable<string | undefined> {
  return {
    name,
    fallback,
    about,
    read: (value) => {
      if (value !== undefined && (value.length < lengthMin || /\s/.test(value))) {
        throw new Error(`must have at least ${lengthMin} characters and no white space`);
      }
      return value;
    },
  };
}

export function encryptionKeys(name: string, about: string): Variable<Buffer[] | undefined> {
  return {
    name,
    fallback: 'embedded: made and kept in DATA_DIR',
    about,
    read: (value) => {
      if (value === undefined) return undefined;
      return value.split(',').map((part) => {
        const key = Buffer.from(part.trim(), 'base64');
        if (key.length !== 32)
          throw new Error('must be base64 of exactly 32 bytes; make one with: openssl rand -base64 32');
        return key;
      });
    },
  };
}

export function subnets(name: string, about: string, fallback = 'none'): Variable<string[] | undefined> {
  return {
    name,
    fallback,
    about,
    read: (value) =>
      value?.split(',').map((part) => {
        const cidr = part.trim();
        const [address = '', bits = ''] = cidr.split('/');
        const family = isIP(address);
        if (family === 0 || !/^\d+$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128)) {
          throw new Error(`must be CIDRs such as 10.0.0.0/8, not "${cidr}"`);
        }
        return cidr;
      }),
  };
}

export function ports(name: string, about: string): Variable<number[] | 'any' | undefined> {
  return {
    name,
    fallback: '80, 443 and 1024–65535',
    about,
    read: (value) => {
      if (value === undefined || value === 'any') return value;
      return value.split(',').map((part) => {
        const port = Number(part.trim());
        if (!Number.isInteger(port) || port < 1 || port > 65_535)
          throw new Error(`must be ports or "any", not "${part}"`);
        return port;
      });
    },
  };
}
