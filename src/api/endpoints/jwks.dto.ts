/** @see https://www.rfc-editor.org/rfc/rfc8037 */
export class JsonWebKey {
  /** @example "OKP" */
  kty: string;
  /** @example "Ed25519" */
  crv: string;
  /**
   * The 32 bytes of the public key, base64url: what `publicKey` has after `whpk_`, in another spelling.
   * @example "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
   */
  x: string;
  /**
   * The key's thumbprint: the same for as long as the key is.
   * @example "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
   */
  kid: string;
  /** @example "sig" */
  use: string;
  /** @example "EdDSA" */
  alg: string;
}

export class JsonWebKeySet {
  keys: JsonWebKey[];
}
