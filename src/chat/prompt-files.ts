/** Where what is in the files of prompts is kept until they are answered. */
export interface PromptFiles {
  /** Keeps the files of a prompt, in order; again for the same prompt replaces them. */
  put(prompt: string, files: readonly Uint8Array[]): Promise<void>;
}
