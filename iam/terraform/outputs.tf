output "bake_role_arn" {
  description = "The input role-to-assume of bakes. Null without the role."
  value       = try(aws_iam_role.roles["bake"].arn, null)
}

output "pull_request_role_arn" {
  description = "The input role-to-assume of bakes of pull requests. Null without the role."
  value       = try(aws_iam_role.roles["pull-request"].arn, null)
}

output "promote_role_arn" {
  description = "The input role-to-assume of the promote action. Null without the role."
  value       = try(aws_iam_role.roles["promote"].arn, null)
}

output "sweep_role_arn" {
  description = "The input role-to-assume of the sweep action. Null without the role."
  value       = try(aws_iam_role.roles["sweep"].arn, null)
}
