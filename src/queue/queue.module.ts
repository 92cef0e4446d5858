/** Nest's side of the queue: the producer, as @nestjs/bullmq makes it. */
import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { Module } from '@nestjs/common';
import type { Queue } from 'bullmq';
import { SETTINGS } from '../config.js';
import { log } from '../telemetry/log.js';
import { producerOptions, QUEUE_NAME, type QueueSettings } from './backend.js';
import { ReferenceQueue, type ReferenceJob } from './reference-queue.js';

@Module({
  imports: [
    BullModule.registerQueueAsync({
      name: QUEUE_NAME,
      useFactory: (settings: QueueSettings) => ({
        ...producerOptions(settings),
        // Nobody reads the event stream; its default keeps ten thousand entries.
        streams: { events: { maxLen: 10 } },
      }),
      inject: [SETTINGS],
    }),
  ],
  providers: [
    {
      provide: ReferenceQueue,
      useFactory: (queue: Queue<ReferenceJob>) => new ReferenceQueue(queue, log),
      inject: [getQueueToken(QUEUE_NAME)],
    },
  ],
  exports: [ReferenceQueue],
})
export class QueueModule {}
