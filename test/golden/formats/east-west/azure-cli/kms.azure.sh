# Azure DNS: az commands for public or private zones. Made by kmsdns from east-west.yaml.
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
az network dns record-set srv create --resource-group "$RESOURCE_GROUP" --zone-name east.contoso.com --name _vlmcs._tcp --ttl 3600 --if-none-match
az network dns record-set srv add-record --resource-group "$RESOURCE_GROUP" --zone-name east.contoso.com --record-set-name _vlmcs._tcp --priority 10 --weight 75 --port 1688 --target kms-e1.east.contoso.com
az network dns record-set srv add-record --resource-group "$RESOURCE_GROUP" --zone-name east.contoso.com --record-set-name _vlmcs._tcp --priority 10 --weight 25 --port 1688 --target kms-e2.east.contoso.com
az network dns record-set srv add-record --resource-group "$RESOURCE_GROUP" --zone-name east.contoso.com --record-set-name _vlmcs._tcp --priority 90 --weight 75 --port 1688 --target kms-w1.west.contoso.com
az network dns record-set srv add-record --resource-group "$RESOURCE_GROUP" --zone-name east.contoso.com --record-set-name _vlmcs._tcp --priority 90 --weight 25 --port 1688 --target kms-w2.west.contoso.com
az network dns record-set srv create --resource-group "$RESOURCE_GROUP" --zone-name west.contoso.com --name _vlmcs._tcp --ttl 3600 --if-none-match
az network dns record-set srv add-record --resource-group "$RESOURCE_GROUP" --zone-name west.contoso.com --record-set-name _vlmcs._tcp --priority 10 --weight 75 --port 1688 --target kms-w1.west.contoso.com
az network dns record-set srv add-record --resource-group "$RESOURCE_GROUP" --zone-name west.contoso.com --record-set-name _vlmcs._tcp --priority 10 --weight 25 --port 1688 --target kms-w2.west.contoso.com
az network dns record-set srv add-record --resource-group "$RESOURCE_GROUP" --zone-name west.contoso.com --record-set-name _vlmcs._tcp --priority 90 --weight 75 --port 1688 --target kms-e1.east.contoso.com
az network dns record-set srv add-record --resource-group "$RESOURCE_GROUP" --zone-name west.contoso.com --record-set-name _vlmcs._tcp --priority 90 --weight 25 --port 1688 --target kms-e2.east.contoso.com
