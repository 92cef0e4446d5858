/** Asks before what cannot be taken back. */
import { Button, Modal } from '@mantine/core';
import type { ReactNode } from 'react';

interface Props {
  opened: boolean;
  title: string;
  children: ReactNode;
  act: string;
  busy?: boolean;
  onAct: () => void;
  onClose: () => void;
}

export function Confirm({ opened, title, children, act, busy, onAct, onClose }: Props) {
  return (
    <Modal opened={opened} onClose={onClose} title={title} size="sm">
      <div className="stack">
        <div>{children}</div>
        <div className="row-end">
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button color="red" loading={busy} onClick={onAct}>
            {act}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
