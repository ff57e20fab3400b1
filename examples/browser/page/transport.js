// All of the glue between the crate and `fetch`.

// Sends a request of the crate's, and gives what came, whatever its status is. Throws if nothing came.
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
  // A browser says that there was a redirect, but not which status it had.
  const status = response.type === "opaqueredirect" ? 302 : response.status;
  return { status, retryAfter: retryAfter(response), body: await readAtMost(maxResponseLength + 1, response) };
}

// How many seconds the server asks to wait. The crate has no use for a date in its place, nor for any other header.
function retryAfter(response) {
  const text = response.headers.get("retry-after");
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

// The body, or so much of it that the crate sees that it is too long.
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
