/** Who we are toward one receiver, and whose word we take for who it is. PEM texts. */
export interface TlsIdentity {
  clientCertificate?: string;
  clientKey?: string;
  /** Trusted in place of the public roots, so that a private CA is also a pin. */
  ca?: string;
}
