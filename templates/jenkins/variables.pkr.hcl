variable "region" {
  type        = string
  description = "The AWS region to build in, for example eu-west-1."

  validation {
    condition     = can(regex("^[a-z]{2,4}(-[a-z]+)+-[0-9]+$", var.region))
    error_message = "The region must look like eu-west-1."
  }
}

variable "ami_name" {
  type        = string
  description = "The image's name, unique among your images of the region."

  # EC2's own rule. It also keeps out the braces of Packer's templates, which the plugin would evaluate.
  validation {
    condition     = can(regex("^[A-Za-z0-9()\\[\\] ./'@_-]{3,128}$", var.ami_name))
    error_message = "The image name must have 3 to 128 characters: letters, digits, spaces and ()[]./-'@_."
  }
}

variable "source_ami" {
  type        = string
  description = "The id of an image in that region: Amazon Linux 2023, Ubuntu 24.04 or Debian 13, or one of your own made from these."

  validation {
    condition     = can(regex("^ami-[0-9a-f]{8,17}$", var.source_ami))
    error_message = "The source image must be an id like ami-0123456789abcdef0."
  }
}

variable "instance_type" {
  type        = string
  default     = "t3.medium"
  description = "What the build runs on, of the image's architecture. Jenkins is started during the build and wants 4 GB of memory."

  validation {
    condition     = can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", var.instance_type))
    error_message = "The instance type must look like t3.medium."
  }
}

variable "ssh_username" {
  type        = string
  description = "The source image's login user: ec2-user, ubuntu or admin (Debian). It needs sudo without a password."

  validation {
    condition     = can(regex("^[a-z_][a-z0-9_-]{0,31}$", var.ssh_username))
    error_message = "The SSH user must be a Linux user name."
  }
}

variable "ssh_port" {
  type        = number
  default     = 22
  description = "The port that the source image's SSH server listens on."

  validation {
    condition     = var.ssh_port >= 1 && var.ssh_port <= 65535
    error_message = "The SSH port must be between 1 and 65535."
  }
}

variable "connect_via" {
  type        = string
  default     = "public-ip"
  description = "How Packer reaches the build: public-ip, private-ip, or session-manager (with the SSM agent in the source image, an instance profile, and session-manager-plugin beside Packer)."

  validation {
    condition     = contains(["public-ip", "private-ip", "session-manager"], var.connect_via)
    error_message = "The connection must be public-ip, private-ip or session-manager."
  }
}

variable "ssh_timeout" {
  type        = string
  default     = "5m"
  description = "How long Packer waits until the build can be logged in to."

  validation {
    condition     = can(regex("^[0-9]+[smh]$", var.ssh_timeout))
    error_message = "The SSH timeout must look like 5m."
  }
}

variable "subnet_id" {
  type        = string
  default     = ""
  description = "The subnet to build in. Empty for one of the default VPC."

  validation {
    condition     = can(regex("^(subnet-[0-9a-f]{8,17})?$", var.subnet_id))
    error_message = "The subnet must be an id like subnet-0123456789abcdef0."
  }
}

variable "instance_profile" {
  type        = string
  default     = ""
  description = "The name of an instance profile for the build. Empty for none; session-manager needs one with AmazonSSMManagedInstanceCore."

  validation {
    condition     = can(regex("^[A-Za-z0-9+=,.@_-]{0,128}$", var.instance_profile))
    error_message = "The instance profile must be a name, not an ARN."
  }
}

variable "allowed_cidrs" {
  type        = list(string)
  description = "The address ranges that may reach the build over SSH, for example [\"203.0.113.7/32\"]. session-manager lets in nobody."

  validation {
    condition     = length(var.allowed_cidrs) > 0 && alltrue([for cidr in var.allowed_cidrs : can(cidrhost(cidr, 0))])
    error_message = "The allowed ranges must be at least one, each like 203.0.113.7/32."
  }
}

variable "root_device_name" {
  type        = string
  default     = "/dev/xvda"
  description = "The source image's root device. Under another name the build would get a second, empty disk."

  validation {
    condition     = can(regex("^/dev/[a-z0-9]+$", var.root_device_name))
    error_message = "The root device must look like /dev/xvda."
  }
}

variable "volume_size" {
  type        = number
  default     = 0
  description = "The root volume's size in GiB, not smaller than the source image's. 0 for the source image's own."

  validation {
    condition     = var.volume_size >= 0 && var.volume_size <= 65536 && floor(var.volume_size) == var.volume_size
    error_message = "The volume's size must be whole GiB, at most 65536."
  }
}

variable "kms_key_id" {
  type        = string
  default     = ""
  description = "The key that encrypts the root volume: id, ARN or alias. Empty for the account's default key, under which an image cannot be shared."

  validation {
    condition     = can(regex("^[A-Za-z0-9:/_-]*$", var.kms_key_id))
    error_message = "The key must be a KMS key id, an ARN or an alias such as alias/images."
  }
}

variable "jenkins_version" {
  type        = string
  description = "The exact Jenkins version, for example 2.568.2."

  validation {
    condition     = can(regex("^[0-9]+(\\.[0-9]+){1,2}$", var.jenkins_version))
    error_message = "The Jenkins version must be exact, like 2.568.2 (LTS) or 2.570 (weekly)."
  }
}

variable "jenkins_repository_url" {
  type        = string
  default     = ""
  description = "A package repository in the place of Jenkins's own for this distribution and version. It stays in the image as a source of packages."

  # The URL becomes a line of the package manager's sources and is read by everybody who has the image: no blanks, no credentials.
  validation {
    condition     = can(regex("^(https?://[A-Za-z0-9._~:/%+-]+)?$", var.jenkins_repository_url))
    error_message = "The Jenkins repository must be an http or https URL without credentials, query and blanks."
  }
}

variable "jenkins_repository_key_fingerprint" {
  type        = string
  default     = "5E386EADB55F01504CAE8BCF7198F4B714ABFC68"
  description = "The fingerprint of the one key that may sign the Jenkins repository."

  validation {
    condition     = can(regex("^[0-9A-F]{40}$", var.jenkins_repository_key_fingerprint))
    error_message = "The key's fingerprint must be 40 hexadecimal digits in upper case."
  }
}

variable "jenkins_update_center_url" {
  type        = string
  default     = "https://updates.jenkins.io"
  description = "Where plugins are downloaded from during the build: the update center, or a mirror with its layout."

  validation {
    condition     = can(regex("^https?://[A-Za-z0-9._~:/%+-]+$", var.jenkins_update_center_url))
    error_message = "The update center must be an http or https URL without credentials, query and blanks."
  }
}

variable "jenkins_files" {
  type        = string
  default     = ""
  description = "A folder with plugins.txt (lines NAME:VERSION SHA256), casc/ (Configuration as Code), or both. Empty for neither."

  validation {
    condition     = !can(regex("{{", var.jenkins_files))
    error_message = "The folder's path must not contain two opening braces: the plugin would evaluate them as a template."
  }
}

variable "jenkins_setup_wizard" {
  type        = bool
  default     = true
  description = "Whether a new Jenkins begins with its setup wizard, which keeps strangers out. false where Configuration as Code configures a security realm."
}

variable "allow_anonymous" {
  type        = bool
  default     = false
  description = "Whether this Jenkins may be used without signing in. Otherwise the build fails when it can."
}

variable "java_version" {
  type        = string
  default     = "21"
  description = "The major version of the Java runtime. Jenkins LTS takes 21 or 25 from 2.555.1 on."

  validation {
    condition     = can(regex("^[0-9]{1,2}$", var.java_version))
    error_message = "The Java version must be a major version like 21."
  }
}

variable "setup_script" {
  type        = string
  default     = ""
  description = "A bash script of your own, run as root once Jenkins is installed and before it is started for proof. Empty for none."

  validation {
    condition     = var.setup_script == "" || fileexists(var.setup_script)
    error_message = "The setup script must be a file; a relative path begins where Packer runs."
  }
}

variable "packages_file" {
  type        = string
  default     = "/dev/null"
  description = "Where Packer puts the list of the image's packages: a first line with the system, then name, version, architecture and source of each, with tabs in between."

  validation {
    condition     = var.packages_file != "" && !can(regex("{{", var.packages_file))
    error_message = "The list of packages must go to a file whose path has no two opening braces: the plugin would evaluate them as a template."
  }
}

variable "deadline_minutes" {
  type        = number
  default     = 120
  description = "The build's instance ends itself after this many minutes, should nobody else have done it. A reboot starts them anew."

  validation {
    condition     = var.deadline_minutes >= 10 && floor(var.deadline_minutes) == var.deadline_minutes
    error_message = "The deadline must be at least 10 whole minutes."
  }
}

variable "tags" {
  type        = map(string)
  default     = {}
  description = "Tags for everything that the build creates: instance, volume, image, snapshots and the temporary helpers."

  validation {
    condition     = !can(regex("{{", jsonencode(var.tags)))
    error_message = "The tags must not contain two opening braces: the plugin would evaluate them as a template."
  }
}
