import {parse, stringify} from 'yaml'

const setupNode = 'actions/setup-node@820762786026740c76f36085b0efc47a31fe5020 # v7.0.0'

/** Files of a run that is over. */
const withoutMeaning = new Set(['manifest', 'tfvars', 'packages', 'sbom'])

/**
 * The action that rehearses a bake: it takes every input of the bake, so that one word in a workflow changes.
 *
 * @param {string} bake the text of action.yml
 * @returns {string} the text of rehearse/action.yml
 */
export function rehearseAction(bake) {
  const {outputs} = parse(bake)
  const inputsText = bake.slice(bake.indexOf('\ninputs:') + 1, bake.indexOf('\noutputs:')).trimEnd()
  const given = Object.entries(outputs)
    .filter(([name]) => !withoutMeaning.has(name))
    .map(([name, {description}]) => [name, {description, value: `\${{ steps.rehearse.outputs.${name} }}`}])
  return `# Made of action.yml by \`npm run docs\`: do not edit.
name: Rehearse baking a Jenkins AMI
description: Bakes as the bake action does, with a real Packer, in a local cloud on the runner instead of AWS
author: bake-jenkins-ami
branding: {icon: box, color: gray-dark}

${inputsText}

  # Rehearsal
  machines:
    description: "\`real\` machines (Linux on x86_64, \`apt-get\`, root or sudo without a password), which run the template's scripts and boot the image, or \`light\` ones, which only record the scripts. Empty means real ones on GitHub's runners for Linux on x86_64, and light ones elsewhere."

${stringify({outputs: Object.fromEntries(given)}, {lineWidth: 0})}
runs:
  using: composite
  steps:
    - id: node
      shell: bash
      run: |
        if node --eval "process.exit(Number(process.versions.node.split('.')[0]) >= 22 ? 0 : 1)" 2> /dev/null; then
          echo "found=true" >> "$GITHUB_OUTPUT"
        fi
    - if: steps.node.outputs.found != 'true'
      uses: ${setupNode}
      with:
        node-version: 24
        package-manager-cache: false
    - shell: bash
      working-directory: \${{ github.action_path }}/..
      run: npm ci --include=dev --no-audit --no-fund --loglevel=error
    - id: rehearse
      shell: bash
      working-directory: \${{ github.action_path }}/..
      run: exec node --import tsx -- rehearsal/cli/rehearse-step.ts
      env:
        INPUTS: \${{ toJSON(inputs) }}
`
}
