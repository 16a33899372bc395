#!/bin/bash
# The steps that a workflow has in place of the action, behind configure-aws-credentials: build, launch, wait, ask, clean up.
# usage: by-hand.sh PACKER TEMPLATE VARIABLES CIDR
set -euo pipefail
packer=$1 template=$2 variables=$3 cidr=$4
instance='' group=''
export AWS_PAGER=''

# shellcheck disable=SC2329 # The trap calls it.
clean_up() {
  [ -z "$instance" ] || aws ec2 terminate-instances --instance-ids "$instance" >/dev/null
  [ -z "$instance" ] || aws ec2 wait instance-terminated --instance-ids "$instance"
  [ -z "$group" ] || aws ec2 delete-security-group --group-id "$group" >/dev/null
}
trap clean_up EXIT

image=$("$packer" build -machine-readable -var-file="$variables" "$template" |
  awk -F, '$3 == "artifact" && $5 == "id" { sub(/^[^:]*:/, "", $6); print $6 }')
echo "image $image"

group=$(aws ec2 create-security-group --group-name "smoke-test-$image" --description 'Smoke test of Jenkins' \
  --query GroupId --output text)
aws ec2 authorize-security-group-ingress --group-id "$group" --protocol tcp --port 8080 --cidr "$cidr" >/dev/null
instance=$(aws ec2 run-instances --image-id "$image" --instance-type t3.medium --security-group-ids "$group" \
  --query 'Instances[0].InstanceId' --output text)
aws ec2 wait instance-running --instance-ids "$instance"
address=$(aws ec2 describe-instances --instance-ids "$instance" \
  --query 'Reservations[0].Instances[0].PublicIpAddress' --output text)

for _ in $(seq 60); do
  curl --silent --fail --noproxy '*' --max-time 5 --output /dev/null "http://$address:8080/login" && exit 0
  sleep 5
done
aws ec2 deregister-image --image-id "$image"
echo "Jenkins does not answer at $address" >&2
exit 1
