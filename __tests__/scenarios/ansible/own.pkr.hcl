variable "source_ami" {}
variable "allowed_cidrs" {
  type = list(string)
}
variable "jenkins_version" {}
variable "jenkins_repository_url" {}
variable "jenkins_repository_key_fingerprint" {
  default = ""
}
variable "custom_endpoint_ec2" {
  default = ""
}

source "amazon-ebs" "jenkins" {
  region                                = "us-east-1"
  ami_name                              = "jenkins-by-ansible"
  source_ami                            = var.source_ami
  instance_type                         = "t3.medium"
  ssh_username                          = "admin"
  temporary_security_group_source_cidrs = var.allowed_cidrs
  custom_endpoint_ec2                   = var.custom_endpoint_ec2
}

build {
  sources = ["source.amazon-ebs.jenkins"]

  provisioner "ansible" {
    playbook_file = "${path.root}/jenkins.yml"
    user          = "admin"
    use_proxy     = false
    extra_arguments = [
      "--extra-vars", "version=${var.jenkins_version} repository=${var.jenkins_repository_url}"
    ]
    ansible_env_vars = ["ANSIBLE_HOST_KEY_CHECKING=False"]
  }
}
