# Google Cloud DNS: gcloud dns record-sets commands. Made by kmsdns from east-west.yaml.
#
# Correct --zone where a managed zone is called otherwise (gcloud dns managed-zones list), and run it:
#     sh kms.gcloud.sh
# A value is priority, weight, port, target.
#
# What this format does not say:
# - The zone by its DNS name: gcloud wants the name of the managed zone, which is guessed here (contoso-com).
# - Records of other hosts: create refuses a set that is there, update puts the whole set in its place.

set -eu
gcloud dns record-sets create _vlmcs._tcp.east.contoso.com. --zone=east-contoso-com --type=SRV --ttl=3600 --rrdatas='10 75 1688 kms-e1.east.contoso.com.,10 25 1688 kms-e2.east.contoso.com.,90 75 1688 kms-w1.west.contoso.com.,90 25 1688 kms-w2.west.contoso.com.'
gcloud dns record-sets create _vlmcs._tcp.west.contoso.com. --zone=west-contoso-com --type=SRV --ttl=3600 --rrdatas='10 75 1688 kms-w1.west.contoso.com.,10 25 1688 kms-w2.west.contoso.com.,90 75 1688 kms-e1.east.contoso.com.,90 25 1688 kms-e2.east.contoso.com.'
