"""Provisions an Active Directory domain from a JSON plan (its first argument), with the machines and people of the lab.

Samba's own library does it, not `samba-tool domain provision`: that merges /etc/samba/smb.conf, and wants to set
NT ACLs on sysvol, which needs rights that a user namespace does not give.
"""
import json
import logging
import os
import subprocess
import sys

import samba.dckeytab  # noqa: F401  adds export_keytab to Net
from samba.auth import system_session
from samba.dsdb import DS_DOMAIN_FUNCTION_2008_R2
from samba.net import Net
from samba.param import LoadParm
from samba.provision import provision
from samba.samdb import SamDB

plan = json.loads(sys.argv[1])
folder = plan['dir']
logging.basicConfig(level=logging.WARNING)

lp = LoadParm()
lp.load('/dev/null')
for option, value in {
    'realm': plan['realm'],
    'workgroup': plan['netbios'],
    'interfaces': plan['address'] + '/8',
    'bind interfaces only': 'yes',
}.items():
    lp.set(option, value)
provision(
    logging.getLogger('provision'),
    system_session(),
    smbconf='/dev/null',
    targetdir=folder,
    realm=plan['realm'],
    domain=plan['netbios'],
    hostname=plan['host'],
    hostip=plan['address'],
    hostip6=None,
    adminpass=plan['adminPassword'],
    dns_backend=plan['dns'],
    serverrole='dc',
    dom_for_fun_level=DS_DOMAIN_FUNCTION_2008_R2,
    lp=lp,
    useeadb=False,
    skip_sysvolacl=True,
)

lp = LoadParm()
lp.load(plan['config'])
samdb = SamDB(os.path.join(folder, 'private', 'sam.ldb'), session_info=system_session(lp), lp=lp)

# The provisioned directory lives for years in a cache: nobody's password may expire in it.
samdb.set_maxPwdAge('0')
samdb.set_minPwdAge('0')

# ldap/HOST and the other names of the domain controller: without them GSSAPI finds no LDAP service.
subprocess.run(['samba_spnupdate', '-s', plan['config']], check=True)

os.makedirs(os.path.join(folder, 'keytabs'), exist_ok=True)
net = Net(None, lp)
for computer in plan['computers']:
    account = computer['name'] + '$'
    samdb.newcomputer(computer['name'])
    samdb.setpassword('(sAMAccountName=%s)' % account, computer['password'])
    found = samdb.search(expression='(sAMAccountName=%s)' % account, attrs=[])
    samdb.modify_ldif(
        'dn: %s\nchangetype: modify\nreplace: dNSHostName\ndNSHostName: %s\n-\n'
        'replace: operatingSystem\noperatingSystem: Windows Server 2022 Standard\n'
        % (found[0].dn, computer['dnsHostName'])
    )
    net.export_keytab(os.path.join(folder, 'keytabs', computer['name'].lower() + '.keytab'), account)
samdb.newgroup(plan['group'])
samdb.newuser(plan['user']['name'], plan['user']['password'])
