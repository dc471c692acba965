# Terraform (hashicorp/dns, RFC 2136): dns_srv_record_set resources. Made by kmsdns from small.yaml.
#
# The provider block (update: server, key_name, key_algorithm, key_secret) is yours, and so is the secret in
# it.
# A set that is published already has to be imported first, under its absolute name:
#     terraform import dns_srv_record_set.kms_contoso_com '_vlmcs._tcp.contoso.com.' && terraform plan
#
# What this format does not say:
# - Records of other hosts: Terraform owns a whole set, and takes out of it what its files do not hold.

resource "dns_srv_record_set" "kms_contoso_com" {
  zone = "contoso.com."
  name = "_vlmcs._tcp"
  ttl  = 3600

  srv {
    priority = 0
    weight   = 50
    port     = 1688
    target   = "kms1.contoso.com."
  }

  srv {
    priority = 0
    weight   = 50
    port     = 1688
    target   = "kms2.contoso.com."
  }
}
