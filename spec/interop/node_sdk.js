// What Amazon's Node SDK and @ask-utils/proactive-event make of the sandbox's answers.
//
//   node node_sdk.js sdk URL ID SECRET STAGE BODY    STAGE: DEVELOPMENT or LIVE
//   node -r ./redirect.js node_sdk.js utils ID SECRET REGION AUDIENCE
//
// Prints one JSON object: what the library gave back, or what it raised.
'use strict'

async function sdk(url, clientId, clientSecret, stage, body) {
  const { DefaultApiClient } = require('ask-sdk-core')
  const { services } = require('ask-sdk-model')
  const client = new services.proactiveEvents.ProactiveEventsServiceClient(
    { apiClient: new DefaultApiClient(), apiEndpoint: url },
    { clientId, clientSecret, authEndpoint: url },
  )
  const answer = await client.callCreateProactiveEvent(JSON.parse(body), stage)
  await client.createProactiveEvent({ ...JSON.parse(body), referenceId: 'second' }, stage)
  return { status: answer.statusCode }
}

async function lwa(url, clientId, clientSecret) {
  const { DefaultApiClient } = require('ask-sdk-core')
  const { services } = require('ask-sdk-model')
  const client = new services.LwaServiceClient({
    apiConfiguration: { apiClient: new DefaultApiClient(), apiEndpoint: url },
    authenticationConfiguration: { clientId, clientSecret, authEndpoint: url },
  })
  const token = await client.getAccessTokenForScope('alexa::proactive_events')
  const again = await client.getAccessTokenForScope('alexa::proactive_events')
  return { prefix: token.slice(0, 4), cached: token === again }
}

async function utils(clientId, clientSecret, apiRegion, audience) {
  const { Client, LocalizedAttributes, WeatherAlert } = require('@ask-utils/proactive-event')
  const parameters = WeatherAlert.Activated.PayloadFactory.init()
    .setAlertType('TORNADO').setAlertSource().getParameter()
  const texts = LocalizedAttributes.Factory.init()
    .putLocalizedAttribute('en-US', 'source', 'Example Weather Corp')
    .putLocalizedAttribute('de-DE', 'source', 'Beispielwetter').getLocalizedAttributes()
  const client = new Client({ clientId, clientSecret, apiRegion })
  client.setEvent(parameters).setLocalizedAttributes(texts)
  if (audience !== 'default') client.setRelevantAudience(...JSON.parse(audience))
  const answer = await client.requestEvent()
  return { status: answer.statusCode }
}

const [kind, ...words] = process.argv.slice(2)
const show = (value) => console.log(JSON.stringify(value))
const raised = (error) => show({
  status: error.statusCode || (error.response && error.response.status),
  raised: error.message,
  body: error.config ? error.response.data : error.response,
})
;({ sdk, lwa, utils })[kind](...words).then(show, raised)
