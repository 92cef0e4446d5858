/** Nest's side of the queue: the producer, as @nestjs/bullmq makes it. */
import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { Module, type DynamicModule } from '@nestjs/common';
import type { Queue } from 'bullmq';
import type { Logger } from 'pino';
import { producerOptions, QUEUE_NAME, type QueueSettings } from './backend.js';
import { ReferenceQueue, type ReferenceJob } from './reference-queue.js';

@Module({})
export class QueueModule {
  static forRoot(settings: QueueSettings, log: Logger): DynamicModule {
    return {
      module: QueueModule,
      imports: [
        BullModule.registerQueueAsync({
          name: QUEUE_NAME,
          useFactory: () => ({
            ...producerOptions(settings),
            // Nobody reads the event stream; its default keeps ten thousand entries.
            streams: { events: { maxLen: 10 } },
          }),
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
    };
  }
}
