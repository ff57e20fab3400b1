// All of the code between the crate and `fetch`.

// Sends a request of the crate, and returns the response, whatever its status is. Throws if there was none.
export async function send({ method, url, headers, body, maxResponseLength }) {
  const response = await fetch(url, {
    method,
    headers,
    body: body === "" ? undefined : body,
    redirect: "manual",
    credentials: "omit",
    cache: "no-store",
    referrerPolicy: "no-referrer",
    signal: AbortSignal.timeout(30_000),
  });
  // A browser reports a redirect, but hides its status.
  const status = response.type === "opaqueredirect" ? 302 : response.status;
  // A number or a date: the module reads it. It needs no other header.
  const retryAfter = response.headers.get("retry-after") ?? undefined;
  return { status, retryAfter, body: await readAtMost(maxResponseLength + 1, response) };
}

// The body, or enough of it that the crate sees that it is too long.
async function readAtMost(limit, response) {
  const chunks = [];
  let length = 0;
  const reader = response.body?.getReader();
  while (reader && length < limit) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.length;
  }
  await reader?.cancel();
  return new Uint8Array(await new Blob(chunks).arrayBuffer()).subarray(0, limit);
}
