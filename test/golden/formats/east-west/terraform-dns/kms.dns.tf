# Terraform (hashicorp/dns, RFC 2136): dns_srv_record_set resources. Made by kmsdns from east-west.yaml.
#
# The provider block (update: server, key_name, key_algorithm, key_secret) is yours, and so is the secret in
# it.
# A set that is published already has to be imported first, under its absolute name:
#     terraform import dns_srv_record_set.kms_east_contoso_com '_vlmcs._tcp.east.contoso.com.' && terraform plan
#
# What this format does not say:
# - Records of other hosts: Terraform owns a whole set, and takes out of it what its files do not hold.

resource "dns_srv_record_set" "kms_east_contoso_com" {
  zone = "east.contoso.com."
  name = "_vlmcs._tcp"
  ttl  = 3600

  srv {
    priority = 10
    weight   = 75
    port     = 1688
    target   = "kms-e1.east.contoso.com."
  }

  srv {
    priority = 10
    weight   = 25
    port     = 1688
    target   = "kms-e2.east.contoso.com."
  }

  srv {
    priority = 90
    weight   = 75
    port     = 1688
    target   = "kms-w1.west.contoso.com."
  }

  srv {
    priority = 90
    weight   = 25
    port     = 1688
    target   = "kms-w2.west.contoso.com."
  }
}

resource "dns_srv_record_set" "kms_west_contoso_com" {
  zone = "west.contoso.com."
  name = "_vlmcs._tcp"
  ttl  = 3600

  srv {
    priority = 10
    weight   = 75
    port     = 1688
    target   = "kms-w1.west.contoso.com."
  }

  srv {
    priority = 10
    weight   = 25
    port     = 1688
    target   = "kms-w2.west.contoso.com."
  }

  srv {
    priority = 90
    weight   = 75
    port     = 1688
    target   = "kms-e1.east.contoso.com."
  }

  srv {
    priority = 90
    weight   = 25
    port     = 1688
    target   = "kms-e2.east.contoso.com."
  }
}
