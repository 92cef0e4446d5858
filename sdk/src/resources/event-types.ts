/** The catalog: what can be emitted, told to those who receive it. */
import { answerOf, type Http, type Schemas } from '../http.js';
import { Listing } from '../listing.js';
import type { operations } from '../schema.js';

export type EventTypesQuery = Omit<
  NonNullable<operations['listEventTypes']['parameters']['query']>,
  'cursor'
>;

export class EventTypes {
  constructor(private readonly http: Http) {}

  create(eventType: Schemas['CreateEventType']): Promise<Schemas['EventTypeAnswer']> {
    return answerOf(this.http.POST('/v1/event-types', { body: eventType }));
  }

  get(name: string): Promise<Schemas['EventTypeAnswer']> {
    return answerOf(this.http.GET('/v1/event-types/{name}', { params: { path: { name } } }));
  }

  list(query: EventTypesQuery = {}): Listing<Schemas['EventTypeAnswer']> {
    return new Listing((cursor) =>
      answerOf(this.http.GET('/v1/event-types', { params: { query: { ...query, cursor } } })),
    );
  }

  update(name: string, changes: Schemas['UpdateEventType']): Promise<Schemas['EventTypeAnswer']> {
    return answerOf(this.http.PATCH('/v1/event-types/{name}', { params: { path: { name } }, body: changes }));
  }

  async delete(name: string): Promise<void> {
    await answerOf(this.http.DELETE('/v1/event-types/{name}', { params: { path: { name } } }));
  }
}
