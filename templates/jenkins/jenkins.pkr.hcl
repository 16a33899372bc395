# A Jenkins controller image: Amazon Linux 2023, Ubuntu 24.04 or Debian 13, with Java and Jenkins from its own package repository.
#
#   packer init .
#   packer build -var-file=my-image.json .
#
# variables.pkr.hcl says which values are needed. Credentials come from the environment, as for any AWS tool.

packer {
  required_version = ">= 1.14.0"

  required_plugins {
    amazon = {
      source  = "github.com/hashicorp/amazon"
      version = ">= 1.8.1"
    }
  }
}

source "amazon-ebs" "jenkins" {
  region          = var.region
  source_ami      = var.source_ami
  instance_type   = var.instance_type
  ami_name        = var.ami_name
  ami_description = "Jenkins ${var.jenkins_version} on Java ${var.java_version}, baked from ${var.source_ami}"

  # A burstable machine that the plugin starts in its standard mode has a fifth of a core or less, once its credits are used up, and
  # some types begin without any. The plugin takes this for T2, T3, T3a and T4g alone: EC2 refuses it for all other types.
  enable_unlimited_credits = can(regex("^t(2|3a?|4g)\\.", var.instance_type))

  ssh_username            = var.ssh_username
  ssh_port                = var.ssh_port
  ssh_interface           = replace(var.connect_via, "-", "_")
  ssh_timeout             = var.ssh_timeout
  temporary_key_pair_type = "ed25519"

  # Empty means the default subnet and no role. In a subnet that is named, the build gets a public address exactly if it is to be
  # reached there; with session-manager the subnet decides, because the agent may need one on its way out.
  subnet_id                   = var.subnet_id
  associate_public_ip_address = var.subnet_id == "" || var.connect_via == "session-manager" ? null : var.connect_via == "public-ip"
  iam_instance_profile        = var.instance_profile

  # The launch itself says whether the profile is there; looking it up would need one more permission.
  skip_profile_validation = true

  # Without source ranges the plugin would open the port to the whole world.
  temporary_security_group_source_cidrs = var.allowed_cidrs

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 2
  }

  # Encryption belongs to the launch: encrypt_boot would copy the finished image once more, under a random name.
  launch_block_device_mappings {
    device_name           = var.root_device_name
    volume_type           = "gp3"
    iops                  = 3000
    throughput            = 125
    encrypted             = true
    kms_key_id            = var.kms_key_id
    volume_size           = var.volume_size
    delete_on_termination = true
  }

  # An instance that shuts itself down is gone, and so are its costs. This one does so when nobody else has ended it in
  # time. The timer is a unit in /run: it is armed again on each boot, and nothing of it gets into the image. It waits for
  # nothing, because cloud-init runs bootcmd before most of the boot.
  shutdown_behavior = "terminate"
  user_data         = <<-END
    #cloud-config
    bootcmd:
      - [systemd-run, --no-block, --unit=bake-deadline, --property=DefaultDependencies=no, --timer-property=DefaultDependencies=no, --on-active=${var.deadline_minutes}min, shutdown, -h, now]
  END

  run_tags        = var.tags
  run_volume_tags = var.tags
  tags            = var.tags
  snapshot_tags   = var.tags
}

locals {
  environment = [
    "CONNECT_VIA=${var.connect_via}",
    "JAVA_VERSION=${var.java_version}",
    "JENKINS_VERSION=${var.jenkins_version}",
    "JENKINS_REPOSITORY_URL=${var.jenkins_repository_url}",
    "JENKINS_REPOSITORY_KEY_FINGERPRINT=${var.jenkins_repository_key_fingerprint}",
    "JENKINS_UPDATE_CENTER_URL=${var.jenkins_update_center_url}",
    "JENKINS_SETUP_WIZARD=${var.jenkins_setup_wizard}",
    "ALLOW_ANONYMOUS=${var.allow_anonymous}",
  ]

  # env and not sudo's -E, because sudoers decides what -E keeps. bash is named because /tmp may be mounted noexec.
  execute_command = "sudo -n env {{ .Vars }} bash '{{ .Path }}'"
}

build {
  sources = ["source.amazon-ebs.jenkins"]

  # The scripts of both families are run, and those of the other one do nothing: only the machine itself knows what it is.
  provisioner "shell" {
    environment_vars = local.environment
    execute_command  = local.execute_command
    scripts = [
      "${path.root}/scripts/wait-for-boot.sh",
      "${path.root}/scripts/debian/prepare.sh",
      "${path.root}/scripts/amazon-linux/prepare.sh",
      "${path.root}/scripts/debian/install-java.sh",
      "${path.root}/scripts/amazon-linux/install-java.sh",
      "${path.root}/scripts/check-java.sh",
      "${path.root}/scripts/fetch-key.sh",
      "${path.root}/scripts/debian/install-jenkins.sh",
      "${path.root}/scripts/amazon-linux/install-jenkins.sh",
    ]
  }

  # compact leaves out the folder and the script of yours when there are none.
  provisioner "file" {
    sources     = compact(["${path.root}/files/", var.jenkins_files == "" ? "" : "${var.jenkins_files}/"])
    destination = "/tmp/bake-files/"
  }

  provisioner "shell" {
    environment_vars = local.environment
    execute_command  = local.execute_command
    scripts = compact([
      "${path.root}/scripts/configure-jenkins.sh",
      var.setup_script,
      "${path.root}/scripts/prove-start.sh",
      "${path.root}/scripts/list-packages.sh",
    ])
  }

  provisioner "file" {
    direction   = "download"
    source      = "/tmp/bake-packages.tsv"
    destination = var.packages_file
  }

  provisioner "shell" {
    environment_vars = local.environment
    execute_command  = local.execute_command
    scripts = [
      "${path.root}/scripts/clean.sh",
      "${path.root}/scripts/verify.sh",
    ]
  }
}
