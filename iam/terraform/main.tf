# Roles with which GitHub Actions bakes Jenkins images. The variables and what they do are in ../README.md.

terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.81"
    }
  }
}

data "aws_partition" "current" {}

data "aws_caller_identity" "current" {}

# Without it no job can assume a role: the plan ends here where nobody has made it.
data "aws_iam_openid_connect_provider" "github" {
  count = var.create_provider ? 0 : 1
  url   = local.issuer
}

resource "aws_iam_openid_connect_provider" "github" {
  count          = var.create_provider ? 1 : 0
  url            = local.issuer
  client_id_list = [local.audience]
}

locals {
  issuer     = "https://token.actions.githubusercontent.com"
  partition  = data.aws_partition.current.partition
  account_id = data.aws_caller_identity.current.account_id
}

resource "aws_iam_role" "roles" {
  for_each           = local.roles
  name               = each.value.name
  description        = each.value.description
  assume_role_policy = local.policies[each.value.trust]

  lifecycle {
    precondition {
      condition     = (var.owner_id == "") == (var.repository_id == "")
      error_message = "Give both owner_id and repository_id, or neither."
    }
    precondition {
      condition     = !var.session_manager || var.instance_profile_role != ""
      error_message = "session_manager needs instance_profile_role: the machine signs in to Systems Manager with it."
    }
  }
}

resource "aws_iam_role_policy" "limits" {
  for_each = merge([for role, settings in local.roles : { for file in settings.limits : "${role}/${file}" => role }]...)
  name     = basename(each.key)
  role     = aws_iam_role.roles[each.value].id
  policy   = local.policies[basename(each.key)]
}

resource "aws_iam_role_policy" "permissions" {
  for_each = merge([for role, settings in local.roles : { for file in settings.policies : "${role}/${file}" => role }]...)
  name     = basename(each.key)
  role     = aws_iam_role.roles[each.value].id
  policy   = local.policies[basename(each.key)]

  # A role is never without its limits.
  depends_on = [aws_iam_role_policy.limits]
}
