# The policies of the roles: the JSON files in the folder above, with this account, this partition and the values of the variables in
# place of what stands in the files for them.

locals {
  audience = local.partition == "aws-cn" ? "sts.amazonaws.com.cn" : "sts.amazonaws.com"
  owner    = split("/", var.repository)[0]
  name     = split("/", var.repository)[1]

  # Without ids, a trust policy does not name the subject that has them.
  texts = {
    for file in fileset("${path.module}/..", "*.json") : trimsuffix(file, ".json") => (
      var.repository_id == "" ? replace(file("${path.module}/../${file}"), "/,\\s*\"repo:OWNER@[^\"]*\"/", "") :
      file("${path.module}/../${file}")
    )
  }

  with_account = {
    for file, text in local.texts : file =>
    replace(replace(replace(text,
      "/arn:(aws|\\*):/", "arn:${local.partition}:"),
      "123456789012", local.account_id),
    "sts.amazonaws.com", local.audience)
  }

  with_names = {
    for file, text in local.with_account : file =>
    replace(replace(replace(replace(replace(text,
      "\"arn:${local.partition}:kms:eu-west-1:${local.account_id}:key/KEY-ID\"", jsonencode(var.kms_key_arns)),
      "role/ROLE-OF-THE-INSTANCE-PROFILE", "role/${var.instance_profile_role}"),
      "parameter/jenkins/ami", "parameter${var.ssm_parameter}"),
      "launch-template/lt-0123456789abcdef0", "launch-template/${var.launch_template_id}"),
    "session/bake-jenkins-ami-", "session/${var.role_session_name}-")
  }

  policies = {
    for file, text in local.with_names : file =>
    jsonencode(jsondecode(replace(replace(replace(replace(replace(text,
      "environment:PROMOTE-ENVIRONMENT", "environment:${var.promote_environment}"),
      "OWNER/REPOSITORY", var.repository),
      "OWNER@OWNER-ID/REPOSITORY@REPOSITORY-ID", "${local.owner}@${var.owner_id}/${local.name}@${var.repository_id}"),
      "refs/heads/main", "refs/heads/${var.branch}"),
    "environment:ENVIRONMENT", "environment:${var.environment}")))
  }

  options = {
    instance-profile-permissions  = var.instance_profile_role != ""
    session-manager-permissions   = var.session_manager
    kms-permissions               = length(var.kms_key_arns) > 0
    ssm-parameter-permissions     = var.ssm_parameter != ""
    launch-template-permissions   = var.launch_template_id != ""
    copy-permissions              = var.copies
    sharing-permissions           = var.sharing
    spot-permissions              = var.spot
    windows-permissions           = var.windows
    untagged-template-permissions = var.untagged_templates
  }

  # The bake's role has these only where there is no role for promotions: whoever has them gives out an image without approval.
  options_of_approval  = ["ssm-parameter-permissions", "launch-template-permissions"]
  options_of_promotion = ["kms-permissions", "ssm-parameter-permissions", "launch-template-permissions"]

  every_role = {
    bake = {
      exists      = var.create_bake_role
      name        = var.role_name
      description = "Bakes Jenkins images."
      trust       = var.environment == "" ? "trust-policy" : "trust-policy-environment"
      policies = concat(["permissions"], [
        for file, on in local.options : file if on && !(var.promote_environment != "" && contains(local.options_of_approval, file))
      ])
      limits = []
    }
    pull-request = {
      exists      = var.create_pull_request_role
      name        = "${var.role_name}-pull-request"
      description = "Bakes Jenkins images of pull requests, and keeps none of them."
      trust       = "trust-policy-pull-request"
      policies    = ["permissions"]
      limits      = ["pull-request-limits"]
    }
    promote = {
      exists      = var.promote_environment != ""
      name        = "${var.role_name}-promote"
      description = "Promotes verified Jenkins images."
      trust       = "trust-policy-promote"
      policies    = concat(["promote-permissions"], [for file in local.options_of_promotion : file if local.options[file]])
      limits      = []
    }
    sweep = {
      exists      = var.create_sweep_role
      name        = "${var.role_name}-sweep"
      description = "Removes what lost bakes of Jenkins images left behind."
      trust       = "trust-policy"
      policies = concat(
        ["sweep-permissions"],
        var.retirement ? ["retire-permissions"] : [],
        var.ssm_parameter != "" ? ["ssm-parameter-read-permissions"] : []
      )
      limits = []
    }
  }

  roles = { for role, settings in local.every_role : role => settings if settings.exists }
}
