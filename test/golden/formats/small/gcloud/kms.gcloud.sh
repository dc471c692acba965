# Google Cloud DNS: gcloud dns record-sets commands. Made by kmsdns from small.yaml.
#
# Correct --zone where a managed zone is called otherwise (gcloud dns managed-zones list), and run it:
#     sh kms.gcloud.sh
# A value is priority, weight, port, target.
#
# What this format does not say:
# - The zone by its DNS name: gcloud wants the name of the managed zone, which is guessed here (contoso-com).
# - Records of other hosts: create refuses a set that is there, update puts the whole set in its place.

set -eu
gcloud dns record-sets create _vlmcs._tcp.contoso.com. --zone=contoso-com --type=SRV --ttl=3600 --rrdatas='0 50 1688 kms1.contoso.com.,0 50 1688 kms2.contoso.com.'
