// A day of work in a project through jira.js, a client that nobody here wrote. It says what came of each step as one line of JSON.
//
//   node test/scenarios/support/jira-client.mjs <site> <project> <name of the issue type>
import process from 'node:process';
import { createCloudClient } from 'jira.js';

const [host, project, typeName] = process.argv.slice(2);
const client = (person) =>
  createCloudClient({
    host,
    auth: { type: 'basic', email: `${person}@example.com`, apiToken: `local-${person}` },
    // Its own schemas were made from Atlassian's description: an answer that does not fit ends the program.
    onSchemaMismatch: 'throw',
  });
const say = (step, result) => process.stdout.write(`${JSON.stringify({ step, result })}\n`);
const paragraph = (text) => ({
  type: 'doc',
  version: 1,
  content: [{ type: 'paragraph', content: [{ type: 'text', text }] }],
});

const jira = client('dev');
const { displayName } = await jira.myself.getCurrentUser();
say('signed in', displayName);

const { key } = await jira.issues.createIssue({
  fields: {
    project: { key: project },
    issuetype: { name: typeName },
    summary: 'Written by a client',
    description: paragraph('What this is about.'),
  },
});
say('created', key);

await jira.issues.editIssue({
  issueIdOrKey: key,
  fields: { summary: 'Edited by a client', labels: ['client'] },
});
const edited = await jira.issues.getIssue({ issueIdOrKey: key });
say('edited', {
  summary: edited.fields.summary,
  labels: edited.fields.labels,
  status: edited.fields.status.name,
});

const comment = await jira.issueComments.addComment({
  issueIdOrKey: key,
  body: paragraph('Said by a client.'),
});
const { total } = await jira.issueComments.getComments({ issueIdOrKey: key });
say('commented', { id: comment.id, total });

const deadline = Date.now() + 30_000;
let found = [];
// Jira's search is behind its writes by seconds.
while (found.length === 0 && Date.now() < deadline) {
  const { issues } = await jira.issueSearch.searchAndReconsileIssuesUsingJqlPost({
    jql: `project = ${project} AND summary ~ "Edited" ORDER BY created DESC`,
    fields: ['summary', 'status'],
    maxResults: 10,
  });
  found = issues.map((issue) => issue.key);
}
say('found', found);

let wanted;
// An app's rules may take a moment to learn of a new issue.
while (wanted === undefined && Date.now() < deadline) {
  const { transitions } = await jira.issues.getTransitions({ issueIdOrKey: key });
  wanted = transitions.find(({ name }) => name === 'In Progress' || name === 'Submit');
}
say('offered', wanted?.name);
try {
  await jira.issues.doTransition({ issueIdOrKey: key, transition: { id: wanted.id } });
  say('moved', (await jira.issues.getIssue({ issueIdOrKey: key })).fields.status.name);
} catch (error) {
  say('refused', {
    status: error.status,
    words: JSON.stringify(error.body ?? error.data ?? error.message),
  });
}

try {
  await client('nobody').issues.getIssue({ issueIdOrKey: key });
  say('stranger', 'let in');
} catch (error) {
  say('stranger', error.status);
}
