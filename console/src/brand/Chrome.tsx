/** What both faces stand on: theme, server state, messages. Style elements carry the page's nonce, or would be refused. */
import '@mantine/core/styles.css';
import '@fontsource-variable/geist/wght.css';
import '@fontsource-variable/geist-mono/wght.css';
import './theme.css';
import './kit.css';
import { MantineProvider, type MantineThemeOverride } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { useState, type ReactNode } from 'react';
import { isPassing, Problem } from '../api/problem.js';
import { Messages } from '../kit/Messages.js';
import { theme } from './theme.js';

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? '';

// Modals lock the page's scrolling by a style element of their own, whose library looks for the nonce here.
Object.assign(globalThis, { __webpack_nonce__: nonce });

export function Chrome({ children, override }: { children: ReactNode; override?: MantineThemeOverride }) {
  const [client] = useState(newQueryClient);
  return (
    <MantineProvider theme={{ ...theme, ...override }} defaultColorScheme="auto" getStyleNonce={() => nonce}>
      <QueryClientProvider client={client}>
        <Messages>{children}</Messages>
      </QueryClientProvider>
    </MantineProvider>
  );
}

/** A browser that believes itself offline may reach a Posthorn on its own machine; and to wait for ever says nothing. */
const networkMode = 'always';

function newQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        // A refusal will be one the next time as well, and who waited for a timeout has waited enough.
        retry: (failures, error) =>
          failures < 2 && isPassing(error) && !(error instanceof Problem && error.code === 'timed_out'),
        networkMode,
      },
      mutations: { networkMode },
    },
  });
}
