# Azure DNS: az commands for public or private zones. Made by kmsdns from small.yaml.
#
# az login, then say in which resource group the zones are:
#     RESOURCE_GROUP=dns sh kms.azure.sh
# To put a set in place of another, delete that first; between the two clients find no KMS host:
#     az network dns record-set srv delete --resource-group NAME --zone-name ZONE --name _vlmcs._tcp
#
# What this format does not say:
# - The end of an old set: where one is, create fails and the script stops; delete the set first.

set -eu
: "${RESOURCE_GROUP:?say in which resource group the zones are}"
az network dns record-set srv create --resource-group "$RESOURCE_GROUP" --zone-name contoso.com --name _vlmcs._tcp --ttl 3600 --if-none-match
az network dns record-set srv add-record --resource-group "$RESOURCE_GROUP" --zone-name contoso.com --record-set-name _vlmcs._tcp --priority 0 --weight 50 --port 1688 --target kms1.contoso.com
az network dns record-set srv add-record --resource-group "$RESOURCE_GROUP" --zone-name contoso.com --record-set-name _vlmcs._tcp --priority 0 --weight 50 --port 1688 --target kms2.contoso.com
