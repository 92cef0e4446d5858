/** The catalog as the webhooks of an OpenAPI document, for code generators and for keeping beside the code. */
import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useFace } from '../face/face.js';
import { download } from '../kit/download.js';
import { laidOut } from '../kit/json-text.js';
import { useSay } from '../kit/Messages.js';

export function CatalogExport() {
  const { client } = useFace();
  const say = useSay();
  const read = useMutation({
    mutationFn: () => client.getText('/v1/event-types/export'),
    onSuccess: (text) => download(laidOut(text) ?? text, 'event-catalog.openapi.json'),
    onError: say.failed,
  });
  return (
    <Button variant="default" loading={read.isPending} onClick={() => read.mutate()}>
      Export as OpenAPI
    </Button>
  );
}
