/** What one can do with a delivery: send it again, give it up, or try the request by hand. */
import { Button, Modal } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Attempt, Delivery, Endpoint } from '../api/types.js';
import type { EventWithText } from './event.js';
import { useFace } from '../face/face.js';
import { Confirm } from '../kit/Confirm.js';
import { CodeBlock } from '../kit/Json.js';
import { useSay } from '../kit/Messages.js';
import { curlOf } from './curl.js';

interface Props {
  delivery: Delivery;
  endpoint: Endpoint | undefined;
  event: EventWithText | undefined;
  lastAttempt: Attempt | undefined;
}

export function Actions({ delivery, endpoint, event, lastAttempt }: Props) {
  const { client, can } = useFace();
  const queries = useQueryClient();
  const say = useSay();
  const [asking, setAsking] = useState<'delivery' | 'event'>();
  const [showingCurl, setShowingCurl] = useState(false);
  const eventCancel = `/v1/tenants/${delivery.tenantId}/events/${delivery.eventId}/cancel`;
  const act = useMutation({
    mutationFn: (what: 'replay' | 'cancel' | 'cancel event') =>
      client.send('POST', what === 'cancel event' ? eventCancel : `/v1/deliveries/${delivery.id}/${what}`),
    onSuccess: (_, what) => {
      say.done(
        what === 'replay' ? 'Replayed: it is being sent again.' : 'Canceled: nothing more will be sent.',
      );
      return Promise.all([
        queries.invalidateQueries({ queryKey: ['delivery', delivery.id] }),
        queries.invalidateQueries({ queryKey: [`/v1/deliveries/${delivery.id}/attempts`] }),
        queries.invalidateQueries({ queryKey: ['/v1/deliveries'] }),
      ]);
    },
    onError: say.failed,
    onSettled: () => setAsking(undefined),
  });
  const isPending = delivery.status === 'pending';
  // Of what is to be sent later, the event is what people think of, not the deliveries that it will be.
  const isScheduledForMany =
    isPending &&
    typeof event?.deliverAt === 'string' &&
    delivery.attemptCount === 0 &&
    event.deliveryCount > 1;
  // A failed one that holds a strict order back is in the way until somebody gives it up.
  const holds =
    delivery.status === 'failed' && endpoint?.ordering === 'strict' && endpoint.onFailure === 'hold';
  return (
    <>
      {endpoint && event && (
        <Button variant="default" onClick={() => setShowingCurl(true)}>
          Copy as curl
        </Button>
      )}
      {can.replay && (isPending || holds) && (
        <Button variant="default" onClick={() => setAsking('delivery')}>
          Cancel delivery
        </Button>
      )}
      {can.replay && isScheduledForMany && (
        <Button variant="default" onClick={() => setAsking('event')}>
          Cancel event
        </Button>
      )}
      {can.replay && !isPending && (
        <Button loading={act.isPending} onClick={() => act.mutate('replay')}>
          Replay
        </Button>
      )}
      <Confirm
        opened={asking === 'delivery'}
        title="Cancel this delivery?"
        act="Cancel delivery"
        busy={act.isPending}
        onAct={() => act.mutate('cancel')}
        onClose={() => setAsking(undefined)}
      >
        Nothing more will be sent for it. It can be replayed later.
        {holds && ' What waits behind it goes on.'}
      </Confirm>
      <Confirm
        opened={asking === 'event'}
        title="Cancel the event?"
        act="Cancel event"
        busy={act.isPending}
        onAct={() => act.mutate('cancel event')}
        onClose={() => setAsking(undefined)}
      >
        It is taken back for all {event?.deliveryCount} endpoints that it was meant for. Each delivery can be
        replayed later.
      </Confirm>
      <Modal opened={showingCurl} onClose={() => setShowingCurl(false)} title="As curl" size="lg">
        {endpoint && event && (
          <div className="stack">
            <div className="dim">
              {endpoint.signing === 'hmac'
                ? 'The same body and headers, signed by the command itself with the secret that you put in.'
                : 'The same body and headers, with the signature of the last attempt: receivers take it for five minutes.'}{' '}
              What is hidden here (custom headers, credentials) you will have to fill in.
            </div>
            <CodeBlock
              text={curlOf(endpoint, event, lastAttempt, window.location.origin)}
              label="curl command"
            />
          </div>
        )}
      </Modal>
    </>
  );
}
