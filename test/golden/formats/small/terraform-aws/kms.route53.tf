# Terraform (hashicorp/aws, Route 53): aws_route53_record resources. Made by kmsdns from small.yaml.
#
# The provider block is yours. A set that is published already has to be imported first:
#     terraform import aws_route53_record.kms_contoso_com ZONEID__vlmcs._tcp.contoso.com_SRV && terraform plan
# A text in records is priority, weight, port, target.
#
# What this format does not say:
# - Records of other hosts: Terraform owns a whole set, and takes out of it what its files do not hold.

data "aws_route53_zone" "zone_contoso_com" {
  name         = "contoso.com."
  private_zone = false
}

resource "aws_route53_record" "kms_contoso_com" {
  zone_id = data.aws_route53_zone.zone_contoso_com.zone_id
  name    = "_vlmcs._tcp.contoso.com"
  type    = "SRV"
  ttl     = 3600
  records = [
    "0 50 1688 kms1.contoso.com.",
    "0 50 1688 kms2.contoso.com.",
  ]
}
