export class HealthAnswer {
  /** Always `ok`: whoever cannot say so does not answer. */
  status: 'ok';
}
