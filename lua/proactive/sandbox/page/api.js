// Requests of the page: to the control paths, and as a skill to the service's own.

/** The path with parameters; those without a value are left out. */
export function address(path, parameters) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters || {})) {
    if (value !== undefined && value !== null && value !== "") query.set(name, value);
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

async function decoded(response) {
  const text = await response.text();
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

/** Asks a control path. What it refuses is an Error with its sentence. */
export async function control(method, path, body) {
  const options = { method, cache: "no-store" };
  if (body !== undefined) options.body = JSON.stringify(body);
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    throw new Error("The sandbox does not answer. Is it still running?");
  }
  const answer = await decoded(response);
  if (response.ok) return answer;
  throw new Error((answer && answer.message) || `The sandbox answered ${response.status}.`);
}

const PREFIX = { NA: "", EU: "/eu", FE: "/fe" };
const STAGES = {
  development: "/v1/proactiveEvents/stages/development",
  live: "/v1/proactiveEvents",
};

// The secret of every skill of the sandbox, unless somebody gave it another one.
const SECRET = "sandbox";

const tokens = new Map();

async function fetchToken(region, clientId) {
  const form = new URLSearchParams({
    grant_type: "client_credentials",
    client_id: clientId,
    client_secret: SECRET,
    scope: "alexa::proactive_events",
  });
  const response = await fetch(`${PREFIX[region]}/auth/o2/token`, { method: "POST", body: form });
  const answer = await decoded(response);
  if (response.ok && answer) return { token: answer.access_token };
  return { refused: response };
}

function summary(response) {
  return { status: response.status, requestId: response.headers.get("x-amzn-requestid") };
}

/**
 * Sends an event as a skill does: with a token, to its region and stage. Gives the status and the
 * request id of the answer; none of them when no answer arrived.
 */
export async function send(text, region, stage, clientId) {
  try {
    if (!tokens.has(clientId)) {
      const { token, refused } = await fetchToken(region, clientId);
      if (refused) return summary(refused);
      tokens.set(clientId, token);
    }
    const response = await fetch(PREFIX[region] + STAGES[stage], {
      method: "POST",
      headers: {
        "Authorization": `Bearer ${tokens.get(clientId)}`,
        "Content-Type": "application/json",
      },
      body: text,
    });
    if (response.status === 401 || response.status === 403) tokens.delete(clientId);
    return summary(response);
  } catch {
    return {};
  }
}
