/** A file that is posted. */
export interface OutgoingFile {
  readonly name: string;
  readonly mime: string;
  readonly bytes: Uint8Array;
}

/** A file that somebody sent, not fetched yet. */
export interface IncomingFile {
  readonly name: string;
  /** As the platform gives it; empty when it does not. */
  readonly mime: string;
  readonly bytes?: number | undefined;
  /** What `fetchFile` knows it by. Stored only while parts of its message may still come. */
  readonly ref: string;
  /** It belongs to the message that is replied to. */
  readonly isQuoted?: boolean | undefined;
}
