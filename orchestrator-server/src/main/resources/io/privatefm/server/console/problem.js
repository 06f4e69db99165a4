// An answer that is not the one that was asked for.

export class Problem extends Error {
  /**
   * @param status of the answer; 0 if there was none
   * @param document RFC 9457, as far as the answer held one
   * @param retryAfter seconds, if the service named them
   */
  constructor(status, document, retryAfter) {
    super(described(status, document, retryAfter));
    this.name = 'Problem';
    this.status = status;
    this.code = document.code ?? '';
  }
}

function described(status, document, retryAfter) {
  const fields = (document.errors ?? []).map((error) => `${error.pointer}: ${error.detail}`);
  const parts = [document.detail ?? document.title ?? (status === 0 ? 'The service does not answer.' : `The service answered ${status}.`)];
  if (fields.length > 0) {
    parts.push(`(${fields.join('; ')})`);
  }
  if (retryAfter) {
    parts.push(`Try again in ${retryAfter} s.`);
  }
  if (document.correlation_id) {
    parts.push(`Correlation ${document.correlation_id}.`);
  }
  return parts.join(' ');
}
