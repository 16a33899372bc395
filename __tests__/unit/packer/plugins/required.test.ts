import {expect, it} from '@jest/globals'
import {missing, nameOf, requiredPlugins} from '../../../../src/packer/plugins/required.ts'

it('reads what packer plugins required prints', () => {
  const printed =
    'git github.com/ethanmdavidson/git "~> 0.6"\n' +
    'amazon github.com/hashicorp/amazon ">= 1.8.1" /a b/packer-plugin-amazon_v1.8.2_x5.0_linux_amd64\n' +
    'any github.com/hashicorp/any ""\n'
  const required = requiredPlugins(printed)
  expect(required.map(nameOf)).toEqual([
    'github.com/ethanmdavidson/git ~> 0.6',
    'github.com/hashicorp/amazon >= 1.8.1',
    'github.com/hashicorp/any'
  ])
  expect(missing(required).map(({source}) => source)).toEqual([
    'github.com/ethanmdavidson/git',
    'github.com/hashicorp/any'
  ])
})

it('reads none where Packer finds none', () => {
  expect(
    requiredPlugins(
      '\nNo plugins requirement found, make sure you reference a Packer config\ncontaining a packer.required_plugins block.\n'
    )
  ).toEqual([])
})
